/** Puts the parts of the hub together into one process. */
@NullMarked
package io.crossdock.hub;

import org.jspecify.annotations.NullMarked;
