/** Stock, products and prices in front of the European ERP, which speaks OData with SAP's words. */
@NullMarked
package io.crossdock.connector.erpeu;

import org.jspecify.annotations.NullMarked;
