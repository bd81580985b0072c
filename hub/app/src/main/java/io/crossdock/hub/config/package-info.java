/**
 * What only the hub can check about its configuration: that its parts fit each other and the
 * contracts.
 */
@NullMarked
package io.crossdock.hub.config;

import org.jspecify.annotations.NullMarked;
