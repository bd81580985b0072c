/** The operator's commands against a real server that does what a test scripts. */
@NullMarked
package io.crossdock.ctl;

import org.jspecify.annotations.NullMarked;
