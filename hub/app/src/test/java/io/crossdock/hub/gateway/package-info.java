@NullMarked
package io.crossdock.hub.gateway;

import org.jspecify.annotations.NullMarked;
