/** A till at a terminal: asks the hub for points, stock and customers, and speaks like a till. */
@NullMarked
package io.crossdock.pos;

import org.jspecify.annotations.NullMarked;
