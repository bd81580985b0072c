@NullMarked
package io.crossdock.runtime.logging;

import org.jspecify.annotations.NullMarked;
