/** The load generator against a real server that does what a test scripts. */
@NullMarked
package io.crossdock.pos.load;

import org.jspecify.annotations.NullMarked;
