/**
 * How a connector serves a contract: blocking handlers on virtual threads, one per method, none
 * forgotten.
 *
 * <p>Around each handler are, in this order: trace and metrics, well-formed bytes, the contract's
 * rules, and for writes the memory of request ids. What a method needs of these is read from its
 * policy options.
 */
@NullMarked
package io.crossdock.connector.service;

import org.jspecify.annotations.NullMarked;
