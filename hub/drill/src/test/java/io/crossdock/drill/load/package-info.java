@NullMarked
package io.crossdock.drill.load;

import org.jspecify.annotations.NullMarked;
