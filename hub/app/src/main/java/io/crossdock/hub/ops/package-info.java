/** The hub's own services for operators, served inside the hub through its own pipeline. */
@NullMarked
package io.crossdock.hub.ops;

import org.jspecify.annotations.NullMarked;
