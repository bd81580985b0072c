/** Tests of where calls go. */
@NullMarked
package io.crossdock.gateway.routing;

import org.jspecify.annotations.NullMarked;
