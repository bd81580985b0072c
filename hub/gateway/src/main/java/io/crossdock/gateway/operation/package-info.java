/** Contract methods, compiled at start-up from their descriptors into what the hot path needs. */
@NullMarked
package io.crossdock.gateway.operation;

import org.jspecify.annotations.NullMarked;
