@NullMarked
package io.crossdock.gateway.server;

import org.jspecify.annotations.NullMarked;
