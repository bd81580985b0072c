/** Services that are served inside the hub, reached through the same pipeline. */
@NullMarked
package io.crossdock.gateway.local;

import org.jspecify.annotations.NullMarked;
