/** What every program at a terminal relies on. */
@NullMarked
package io.crossdock.terminal;

import org.jspecify.annotations.NullMarked;
