/** Tests of the way of a call, and the till and the backend that other tests borrow. */
@NullMarked
package io.crossdock.gateway.pipeline;

import org.jspecify.annotations.NullMarked;
