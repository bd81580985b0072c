@NullMarked
package io.crossdock.estate.http;

import org.jspecify.annotations.NullMarked;
