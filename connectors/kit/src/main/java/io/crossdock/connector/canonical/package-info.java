/** The small values that contracts are made of, to and from Java's own types, without a loss. */
@NullMarked
package io.crossdock.connector.canonical;

import org.jspecify.annotations.NullMarked;
