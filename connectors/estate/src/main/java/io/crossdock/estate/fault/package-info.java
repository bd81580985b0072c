/** Faults on demand: how the control interface describes them, and what they do to one request. */
@NullMarked
package io.crossdock.estate.fault;

import org.jspecify.annotations.NullMarked;
