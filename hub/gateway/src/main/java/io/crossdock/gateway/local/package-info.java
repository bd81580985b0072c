/**
 * Services that are served inside the hub and reached through the same pipeline as a connector.
 *
 * <p>Their handlers run on virtual threads and may block. Their own calls go through the inner
 * channel into the pipeline again, so policies apply to them, and carry the trace of the call that
 * caused them.
 *
 * <p>Read first: {@link io.crossdock.gateway.local.LocalServices}, {@link
 * io.crossdock.gateway.local.TraceContextInterceptors}, {@link
 * io.crossdock.gateway.server.Gateway}.
 */
@NullMarked
package io.crossdock.gateway.local;

import org.jspecify.annotations.NullMarked;
