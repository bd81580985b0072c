@NullMarked
package io.crossdock.drill.process;

import org.jspecify.annotations.NullMarked;
