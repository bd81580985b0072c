/** What a feature adds to the hub: services that are served inside it, and health checks. */
@NullMarked
package io.crossdock.hub.feature;

import org.jspecify.annotations.NullMarked;
