@NullMarked
package io.crossdock.rules;

import org.jspecify.annotations.NullMarked;
