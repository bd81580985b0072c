@NullMarked
package io.crossdock.hub.config;

import org.jspecify.annotations.NullMarked;
