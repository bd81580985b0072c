/** Connections to connector processes and the exchange of one call with them. */
@NullMarked
package io.crossdock.gateway.connector;

import org.jspecify.annotations.NullMarked;
