/** Calls the estate over real HTTP, as a connector would. */
@NullMarked
package io.crossdock.estate;

import org.jspecify.annotations.NullMarked;
