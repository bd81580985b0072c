/**
 * Checks requests against the rules of their contract: the bytes, unknown fields, protovalidate.
 *
 * <p>Runs behind the cache: a cached answer belongs to a request that was once checked. Large
 * requests are checked beside the event loops, the others on them. No text quotes a value of the
 * request, which may be personal data.
 *
 * <p>Read first: {@link io.crossdock.gateway.validation.ValidationPolicy}, {@link
 * io.crossdock.gateway.validation.RequestRules}, {@link io.crossdock.gateway.wire.WireReader}.
 */
@NullMarked
package io.crossdock.gateway.validation;

import org.jspecify.annotations.NullMarked;
