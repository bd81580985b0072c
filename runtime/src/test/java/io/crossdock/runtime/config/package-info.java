@NullMarked
package io.crossdock.runtime.config;

import org.jspecify.annotations.NullMarked;
