/** The till against a real server that does what a test scripts. */
@NullMarked
package io.crossdock.pos;

import org.jspecify.annotations.NullMarked;
