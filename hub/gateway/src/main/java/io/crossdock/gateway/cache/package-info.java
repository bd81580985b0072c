/** Answers kept in memory: TTL, single flight, tags, freshness; bounded by bytes. */
@NullMarked
package io.crossdock.gateway.cache;

import org.jspecify.annotations.NullMarked;
