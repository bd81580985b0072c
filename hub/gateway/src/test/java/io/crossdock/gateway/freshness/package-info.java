/** Tests of the answers kept in memory. */
@NullMarked
package io.crossdock.gateway.freshness;

import org.jspecify.annotations.NullMarked;
