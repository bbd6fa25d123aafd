-- The four databases; the tables are made by the first node that starts.
CREATE DATABASE roost_users;
CREATE DATABASE roost_properties;
CREATE DATABASE roost_bookings;
CREATE DATABASE roost_payments;
