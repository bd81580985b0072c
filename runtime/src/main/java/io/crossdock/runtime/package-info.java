/** The parts every process shares. */
@NullMarked
package io.crossdock.runtime;

import org.jspecify.annotations.NullMarked;
