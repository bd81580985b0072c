@NullMarked
package io.crossdock.answer;

import org.jspecify.annotations.NullMarked;
