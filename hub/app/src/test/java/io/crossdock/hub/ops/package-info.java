@NullMarked
package io.crossdock.hub.ops;

import org.jspecify.annotations.NullMarked;
