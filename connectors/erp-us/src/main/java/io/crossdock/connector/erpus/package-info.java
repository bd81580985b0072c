/**
 * Stock, products and prices in front of the American ERP, which speaks of procedures and numbers.
 */
@NullMarked
package io.crossdock.connector.erpus;

import org.jspecify.annotations.NullMarked;
