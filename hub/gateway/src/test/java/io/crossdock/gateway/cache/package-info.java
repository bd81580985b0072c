/** Tests of the answers kept in memory. */
@NullMarked
package io.crossdock.gateway.cache;

import org.jspecify.annotations.NullMarked;
