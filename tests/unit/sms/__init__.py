"""Tests of sms/."""
