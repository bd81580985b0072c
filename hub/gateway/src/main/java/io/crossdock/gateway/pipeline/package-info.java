/** The way of a call: policies in a fixed order, then the exchange with whoever serves it. */
@NullMarked
package io.crossdock.gateway.pipeline;

import org.jspecify.annotations.NullMarked;
