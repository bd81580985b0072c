@NullMarked
package io.crossdock.drill;

import org.jspecify.annotations.NullMarked;
