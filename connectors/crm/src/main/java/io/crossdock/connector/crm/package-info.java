/** Customers and cases in front of the CRM. */
@NullMarked
package io.crossdock.connector.crm;

import org.jspecify.annotations.NullMarked;
