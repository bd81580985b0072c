/** How a process starts, says that it is ready, and stops its parts in order. */
@NullMarked
package io.crossdock.runtime.lifecycle;

import org.jspecify.annotations.NullMarked;
