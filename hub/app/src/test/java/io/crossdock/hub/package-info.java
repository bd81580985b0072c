@NullMarked
package io.crossdock.hub;

import org.jspecify.annotations.NullMarked;
