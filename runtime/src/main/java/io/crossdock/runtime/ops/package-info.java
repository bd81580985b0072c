/**
 * What operators' tools read from a process over HTTP: whether it lives, is ready, and its metrics.
 */
@NullMarked
package io.crossdock.runtime.ops;

import org.jspecify.annotations.NullMarked;
