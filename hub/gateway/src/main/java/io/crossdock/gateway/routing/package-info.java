/** Which connector serves a call. */
@NullMarked
package io.crossdock.gateway.routing;

import org.jspecify.annotations.NullMarked;
