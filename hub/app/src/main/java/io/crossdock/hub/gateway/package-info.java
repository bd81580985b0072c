/**
 * The gateway as a feature of the hub: built from the configuration, with a check per connector.
 */
@NullMarked
package io.crossdock.hub.gateway;

import org.jspecify.annotations.NullMarked;
