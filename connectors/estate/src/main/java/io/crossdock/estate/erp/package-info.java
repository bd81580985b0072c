/** The books that both ERPs keep: stock with its reservations, and orders. */
@NullMarked
package io.crossdock.estate.erp;

import org.jspecify.annotations.NullMarked;
