/**
 * What connectors of stock-keeping systems share: streams of changes from a backend that pushes
 * none.
 */
@NullMarked
package io.crossdock.connector.stock;

import org.jspecify.annotations.NullMarked;
