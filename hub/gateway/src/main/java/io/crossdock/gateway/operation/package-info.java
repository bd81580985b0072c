/**
 * Contracts, compiled from descriptors at start-up.
 *
 * <p>Everything that does not depend on a call is computed here once: cache keys, tags, routing
 * attributes, readers of requests and answers. A contract that contradicts itself is refused with a
 * sentence that names the method, the option and what was expected. Immutable, safe for any thread.
 *
 * <p>Read first: {@link io.crossdock.gateway.operation.Operation}, {@link
 * io.crossdock.gateway.operation.ContractSet}, {@link io.crossdock.gateway.operation.AnswerFields}.
 */
@NullMarked
package io.crossdock.gateway.operation;

import org.jspecify.annotations.NullMarked;
