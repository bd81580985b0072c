/**
 * How a connector speaks to its backend: HTTP with JSON, bounded by the deadline of the call that
 * is being served, ended with it, traced, and with every failure turned into the contract's words.
 */
@NullMarked
package io.crossdock.connector.backend;

import org.jspecify.annotations.NullMarked;
