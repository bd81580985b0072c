@NullMarked
package io.crossdock.failure;

import org.jspecify.annotations.NullMarked;
