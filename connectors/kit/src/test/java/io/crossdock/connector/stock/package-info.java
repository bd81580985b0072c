@NullMarked
package io.crossdock.connector.stock;

import org.jspecify.annotations.NullMarked;
